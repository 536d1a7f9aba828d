"""What CI needs beside the checks themselves, and proofs that the checks can fail."""
