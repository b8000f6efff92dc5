"""What is done: one module a noun, one function a verb; session in, frozen view or id out; never commits."""
