class JobQueue:
    """One list, taken from its front; the promoted are its first entries."""

    def __init__(self):
        self.jobs = []
        self.num_promoted = 0

    def add_new(self, jobs):
        for job in jobs:
            self.jobs.append(job)

    def add_promoted(self, jobs):
        for job in jobs:
            self.jobs.insert(self.num_promoted, job)
            self.num_promoted += 1

    def next_job(self):
        if len(self.jobs) == 0:
            return None
        if self.num_promoted > 0:
            self.num_promoted -= 1
        return self.jobs.pop(0)
