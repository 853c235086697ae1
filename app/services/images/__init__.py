"""Stored images: decoded in processes of their own, served without the camera's notes, cancelled and retried."""
