"""`ntt_auth.django`, in a site that is served."""
