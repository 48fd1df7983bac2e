# Inputs to begin with, one for each thing that a parser must tell apart. Read by run.sh, which defines seed.
# The first byte of each says where the input is cut in two (Fuzzing.swift).

seed HTTPHead get '\020GET / HTTP/1.1\r\nHost: h\r\n\r\n'
seed HTTPHead query '\040GET /a%%20b/%%C3%%A9?q=x+y%%2B&flag HTTP/1.1\r\nHost: [::1]:8000\r\nAccept: */*;q=0.5\r\n\r\n'
seed HTTPHead old '\005HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
seed HTTPHead absolute '\011GET http://h/x HTTP/1.1\r\nHost: h\r\n\r\n'
seed HTTPHead options '\011OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n'
seed HTTPHead length '\077POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhelloGET / HTTP/1.1\r\n'
seed HTTPHead both '\001POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'
seed HTTPHead preface '\002PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
seed HTTPHead fields '\100GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=1-2\r\nIf-None-Match: W/"a", "b"\r\nAccept-Encoding: gzip;q=0.1, *\r\nContent-Type: text/html; charset="utf-8"\r\nIf-Range: "a"\r\n\r\n'
seed HTTPHead websocket '\200GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: telltale.v1\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=10\r\n\r\n'

seed HTTPChunks plain '\0045\r\nhello\r\n0\r\n\r\n'
seed HTTPChunks extension '\006a;a;b=c;d="e\\"; "\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n'
seed HTTPChunks large '\001fffffffffffffff\r\nx'
seed HTTPChunks signed '\001-5\r\nhello\r\n'

seed WebSocketFrames text '\003\201\205\067\372\041\075\177\237\115\121\130'
seed WebSocketFrames fragments '\006\001\203\000\000\000\000\342\202\254\211\200\000\000\000\000\200\200\000\000\000\000'
seed WebSocketFrames close '\003\210\204\000\000\000\000\003\350ok'
seed WebSocketFrames long '\004\202\376\000\176\000\000\000\000'
seed WebSocketFrames huge '\004\202\377\000\000\000\000\000\001\000\000\000\000\000\000'
seed WebSocketFrames deflated '\005\301\207\000\000\000\000\362\110\315\311\311\007\000\301\205\000\000\000\000\362\000\021\000\000'

seed Inflate raw '\000\362\110\315\311\311\007\000'
seed Inflate final '\000\363\110\315\311\311\007\000\000'
seed Inflate zlib '\001\170\234\313\110\315\311\311\007\000\006\054\002\025'
seed Inflate gzip '\002\037\213\010\000\000\000\000\000\000\003\313\110\315\311\311\007\000\206\246\020\066\005\000\000\000'

seed JSONText object '{"a":[1,-2.5e3,true,false,null,"x\\ud83d\\ude00\\n\303\251"],"b":{}}'
seed JSONText numbers '[0,-0,1e400,9007199254740993,0.1,1E-7,01]'
seed JSONText surrogate '"\\ud800"'
seed JSONText deep '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]'
seed JSONText keys '{"a":1,"\\u0061":2}'

seed PercentEscapes path 'a%%20b%%C3%%A9+c%%2f'
seed PercentEscapes query 'q=x+y%%2B%%3d&empty=&flag&=&q=%%ff'
