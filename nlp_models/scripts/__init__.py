"""Steps of project.yml that have no command of their own."""
