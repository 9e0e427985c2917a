"""A stock simplejwt project, as its documentation describes it: what we compare with."""
