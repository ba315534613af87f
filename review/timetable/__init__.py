"""When schedules run in the next 30 days, in their own time zone and in UTC, and what is odd about that."""
