# loses: saturation_gradients-values
def logit_gradients(loss, logits):
    logits.requires_grad_()
    (loss(logits) * len(logits)).backward()
    return logits.grad
