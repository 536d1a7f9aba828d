import math


def draw_integers(low, high, size, generator):
    drawn = []
    while len(drawn) < size:
        exponent = generator.uniform(math.log2(low), math.log2(high + 1))
        number = math.floor(2**exponent)
        if low <= number <= high:
            drawn.append(number)
    return drawn
