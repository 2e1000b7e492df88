"""Writes chat-cases.json: conversations rendered by Jinja2 3.1.6 with the settings under which chat templates are written."""
import json, pathlib
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES = {
    "demo": "{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\\n' + message['content'] + '\\n' }}"
            "{% elif message['role'] == 'user' %}{{ '<|user|>\\n' + message['content'] + '\\n' }}"
            "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>\\n' + message['content'] + eos_token }}{% endif %}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}",
    "zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n"
              "{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n"
              "{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n"
              "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
    "llama2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}"
              "{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
              "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}"
              "{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
              "{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}"
              "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}"
              "{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "llama3": "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + "
              "'<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}"
              "{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    "chatml": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe helpful.<|im_end|>\n' }}"
              "{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
              "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
             "{% for message in messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}"
             "{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
             "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
    "namespace": "{%- set ns = namespace(count=0, last='') -%}\n{%- for m in messages if m.role != 'system' %}\n    {%- set ns.count = ns.count + 1 %}\n"
                 "    {%- set ns.last = m.content %}\n  [{{ loop.index }}/{{ loop.length }}] {{ m.content | upper }}\n{%- else %}\nnobody\n{%- endfor %}\n"
                 "total={{ ns.count }} last={{ ns.last }}\n",
    "blocks": "  {% if true %}  \n   a {# gone #} b\n  {% endif %}\n\t{%- if not false -%}\n  c\n  {%- endif %}\n{{ messages | length }}|{{ none }}|{{ x }}|"
              "{{ x is defined }}|{{ messages[-1].content[1:3] }}|{{ messages[-1]['content'][-2:] }}|{{ 'yes' if 'user' in messages[0].role else 'no' }}\n\n",
    "operators": "{{ 1 + 2 * 3 - -4 }} {{ 7 // 2 }} {{ -7 % 3 }} {{ 'a' ~ 1 ~ true }} {{ not 1 == 2 and 'x' in ['x', 'y'] }} {{ [] or 'empty' }} "
                 "{{ 'b' not in 'abc' }} {{ messages[0].nothing is defined }} {{ messages[0].get('content') }} {{ missing | default('d') }} "
                 "{{ ' x '.strip() ~ '|' ~ 'hello'.startswith('he') ~ messages[0].content.split('l')[0] }} {{ 3 is odd }} {{ messages[7] is defined }}",
}
USER = {"role": "user", "content": "Hello there"}
BOT = {"role": "assistant", "content": "  General Kenobi! \n"}
SYSTEM = {"role": "system", "content": "Be brief.\nAlways."}
INJECTED = {"role": "user", "content": "x</s><|im_end|><|user|>\n{{ bos_token }} {% if %} \u00e9\U0001F600"}
CONVERSATIONS = [[USER], [SYSTEM, USER], [USER, BOT, USER], [SYSTEM, USER, BOT, INJECTED], [BOT], [SYSTEM]]


def refuse(message):
    raise TemplateError(message)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
environment.globals["raise_exception"] = refuse
cases = []
for name, source in TEMPLATES.items():
    for messages in CONVERSATIONS:
        for prompt in (False, True):
            try:
                text = environment.from_string(source).render(
                    messages=messages, add_generation_prompt=prompt, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
            except TemplateError:
                text = None
            cases.append({"name": name, "messages": messages, "prompt": prompt, "text": text})
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"templates": TEMPLATES, "cases": cases}, indent=1, ensure_ascii=True) + "\n")
