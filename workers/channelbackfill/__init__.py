"""Brings the partner channels of the GraphQL API to what the channel CSV says."""
