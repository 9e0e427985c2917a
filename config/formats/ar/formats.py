"""Day, month, year; Django's own has no form with a time, and would write American ones."""

DATETIME_FORMAT = "j F Y، H:i"
SHORT_DATETIME_FORMAT = "Y/n/j، H:i"
DATE_FORMAT = "j F Y"
