# loses: verdict-words
def verdict(mean_a, error_a, mean_b, error_b):
    return ["a", "undecided", "b"]
