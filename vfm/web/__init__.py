"""What is seen: pages for people; every address has an access rule."""
