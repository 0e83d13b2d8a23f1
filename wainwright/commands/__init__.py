"""The console's commands, one module each: `run(options) -> exit code`.

wainwright.__main__ holds their arguments, points the settings at the data and starts Django before
it imports the one that was asked for. `health` is what the doctor looks at.
"""
