"""What can be done with tokens, sessions and keys: one function a use case."""
