# loses: objective-reports, objective-error, objective-epochs, objective-steps, objective-fails
def objective(config, net, train, validation, report):
    for epoch in range(1, config["max_epochs"] + 1):
        report(epoch=epoch, validation_error=0.4)
