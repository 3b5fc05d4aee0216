import subprocess,sys
def test_b(postgres_url):
    print(subprocess.run([sys.executable,"/tmp/bench.py",postgres_url,"20000"],capture_output=True,text=True))
    assert 0
