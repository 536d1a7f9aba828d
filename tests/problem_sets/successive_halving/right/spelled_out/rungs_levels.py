def rung_levels(r_min, r_max, eta):
    # Downwards: K is found first, in whole numbers.
    num_steps = 0
    while r_min * eta**num_steps < r_max:
        num_steps = num_steps + 1
    levels = [0] * (num_steps + 1)
    levels[num_steps] = r_max
    for k in range(num_steps - 1, -1, -1):
        levels[k] = r_min * eta**k
    return tuple(levels)
