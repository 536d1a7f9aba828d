# loses: queue-batches
class JobQueue:
    def __init__(self):
        self.jobs = []

    def add_new(self, jobs):
        self.jobs = self.jobs + jobs

    def add_promoted(self, jobs):
        self.jobs = jobs + self.jobs

    def next_job(self):
        return self.jobs.pop(0) if self.jobs else None
