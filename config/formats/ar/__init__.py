"""How Arabic pages write times."""
