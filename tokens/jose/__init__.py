"""The little of JOSE that reading our own tokens takes, each value in one spelling only."""
