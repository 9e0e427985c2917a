"""The hosted pages: the browser's door to the services that REST calls too."""
