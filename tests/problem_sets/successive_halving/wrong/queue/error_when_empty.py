# loses: queue-empty
from collections import deque


class JobQueue:
    def __init__(self):
        self.promoted, self.new = deque(), deque()

    def add_new(self, jobs):
        self.new.extend(jobs)

    def add_promoted(self, jobs):
        self.promoted.extend(jobs)

    def next_job(self):
        if self.promoted:
            return self.promoted.popleft()
        return self.new.popleft()
