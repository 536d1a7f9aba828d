# loses: saturation_verdict-answers
def is_saturating(loss, gradients):
    return False
