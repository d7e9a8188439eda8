"""What `make` does on one machine: the local AWS, the simulators, the demo.

Everything that runs or is written belongs to one state directory, `target/local` unless `LOCAL_DIR`
says otherwise, so that a demo, a test run and a second checkout stay out of each other's way.
"""
