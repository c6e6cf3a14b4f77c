<?php

$made = new Phar('/tmp/composer.phar');
$made->buildFromDirectory('/packed');
$stub = "Phar::mapPhar('composer'); require 'phar://composer/bin/composer'; __HALT_COMPILER();";
$made->setStub("#!/usr/bin/env php\n<?php $stub");
