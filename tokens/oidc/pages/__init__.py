"""What people see of `/oauth/`: consent, devices, signing out."""
