"""The pages of an account that people see in a browser."""
