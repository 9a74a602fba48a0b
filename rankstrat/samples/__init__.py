"""What finite samples see: local linear recovery, stability, Hessians at critical points."""
