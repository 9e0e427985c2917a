"""The measuring bench: this service beside a stock one and beside the floors.

`make bench` (or `python -m bench --help`). Starts its own servers on free ports of the
loopback with data in a temporary folder, and ends them by their process ids. Nothing here
is part of the service, and the service imports nothing from here.
"""
