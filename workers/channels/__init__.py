"""Partner channels, as the GraphQL API keeps them."""
