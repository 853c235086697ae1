"""Reading image files that came from outside, in processes of their own: nothing in a file can harm the server."""
