# loses: queue-batches
class JobQueue:
    def __init__(self):
        self.promoted, self.new = [], []

    def add_new(self, jobs):
        self.new = list(jobs)

    def add_promoted(self, jobs):
        self.promoted = list(jobs)

    def next_job(self):
        waiting = self.promoted or self.new
        return waiting.pop(0) if waiting else None
