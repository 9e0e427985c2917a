"""What an account's owner is written: letters, and the single-use links in them."""
