# loses: queue-first, queue-batches
class JobQueue:
    def __init__(self):
        self.jobs = []

    def add_new(self, jobs):
        self.jobs.extend(jobs)

    add_promoted = add_new

    def next_job(self):
        return self.jobs.pop(0) if self.jobs else None
