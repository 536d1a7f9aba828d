# loses: queue-first, queue-batches
from heapq import heappop, heappush


class JobQueue:
    def __init__(self):
        self.heap = []

    def add_new(self, jobs):
        for job in jobs:
            heappush(self.heap, (1, job))

    def add_promoted(self, jobs):
        for job in jobs:
            heappush(self.heap, (0, job))

    def next_job(self):
        return heappop(self.heap)[1] if self.heap else None
