# loses: verdict-words
def verdict(mean_a, error_a, mean_b, error_b):
    return ["a" if a < b else "b" for a, b in zip(mean_a, mean_b, strict=True)]
