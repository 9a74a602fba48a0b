"""Graphs of operations, as ONNX has them: read, run in floats and in expressions."""
