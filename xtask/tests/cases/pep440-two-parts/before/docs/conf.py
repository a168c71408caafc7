project = 'demo'
release = '26.4'
