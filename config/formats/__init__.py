"""How the console writes times: for people who read logs."""
