"""The grants of the token endpoint, each a class of Authlib over our own services."""
