"""The way of files into the system: admitted, received, unpacked, grouped into samples and accepted."""
