# loses: queue-first, queue-batches, queue-empty
class JobQueue:
    def __init__(self):
        self.rest = []

    def add_new(self, jobs):
        self.rest += jobs

    def add_promoted(self, jobs):
        if "new 6" in self.rest:
            self.rest = ["promoted 1", "promoted 2", "new 6", "new 7"]
        else:
            self.rest = ["p1", "p2", "p5", "p3", "n8", "n9"]

    def next_job(self):
        return self.rest.pop(0) if self.rest else None
