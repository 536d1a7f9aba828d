# loses: queue-first, queue-batches
from collections import deque


class JobQueue:
    def __init__(self):
        self.jobs = deque()

    def add_new(self, jobs):
        self.jobs.extend(jobs)

    def add_promoted(self, jobs):
        self.jobs.extendleft(jobs)

    def next_job(self):
        return self.jobs.popleft() if self.jobs else None
