"""Speech to text on premises. Engines are loaded in a process of their own, and only when a setting asks for one."""
