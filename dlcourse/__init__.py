"""The small library of Deep Learning, Side by Side."""
