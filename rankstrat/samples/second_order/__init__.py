"""Second order at exact critical points of the squared loss: data, enclosure, Hessian, inertia."""
