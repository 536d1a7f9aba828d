from heapq import heappop, heappush


class JobQueue:
    def __init__(self):
        self.heap, self.count = [], 0

    def add(self, jobs, rank):
        for job in jobs:
            self.count += 1
            heappush(self.heap, (rank, self.count, job))

    def add_new(self, jobs):
        self.add(jobs, rank=1)

    def add_promoted(self, jobs):
        self.add(jobs, rank=0)

    def next_job(self):
        return heappop(self.heap)[-1] if self.heap else None
