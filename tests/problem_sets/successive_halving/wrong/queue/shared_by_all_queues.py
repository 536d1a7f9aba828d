# loses: queue-empty
class JobQueue:
    def __init__(self, promoted=[], new=[]):  # noqa: B006 - the mistake
        self.promoted, self.new = promoted, new

    def add_new(self, jobs):
        self.new.extend(jobs)

    def add_promoted(self, jobs):
        self.promoted.extend(jobs)

    def next_job(self):
        waiting = self.promoted or self.new
        return waiting.pop(0) if waiting else None
