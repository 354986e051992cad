"""The embedded channel, the room's screen, the on-call panel and the playground: real adapters on their own tables."""
