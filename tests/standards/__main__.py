"""Write the page to standard output."""

import sys

from tests.standards.markers import collected
from tests.standards.page import document

sys.stdout.write(document(collected()))
