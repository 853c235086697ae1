"""The commands of ``bloodcount``, one module each; heavy imports happen inside the command functions."""
