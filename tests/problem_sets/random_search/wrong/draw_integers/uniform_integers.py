# loses: draw_integers-shares
def draw_integers(low, high, size, generator):
    return generator.integers(low, high + 1, size)
