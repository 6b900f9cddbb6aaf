"""A connection to PostgreSQL that gives up a server which says nothing, although its machine takes what is sent."""

from psycopg import Connection, OperationalError
from psycopg.pq import TransactionStatus

SECONDS = 5  # for an answer; a page needs thousandths of one


class PatientConnection(Connection):
    def wait(self, gen, interval=0.1, timeout=None):
        try:
            return super().wait(gen, interval, timeout or SECONDS)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # what it may still say is nobody's answer
                self.close()
            raise
